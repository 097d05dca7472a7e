"""Who should take this call, in what order? Pure."""
