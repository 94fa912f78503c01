"""What leaves the house: deliveries by lease, signed webhooks, the sender loop that agencies and notify share."""
