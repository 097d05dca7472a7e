"""What is the life of one call? Pure: events in, replies and errands out."""
