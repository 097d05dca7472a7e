"""What did the people who run this line decide? Settings, lines, prompts, sounds."""
