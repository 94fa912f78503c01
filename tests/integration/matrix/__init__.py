"""Every operation and every route as every role; and what of one county or agency must never reach another."""
