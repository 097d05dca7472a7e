"""How do we speak with the telephone carrier? The only room that has heard of Twilio."""
