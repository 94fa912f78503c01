"""The programs that vendors copy, run as processes against our side of the contract."""
