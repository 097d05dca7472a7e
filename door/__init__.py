"""What stands around every webhook of `webhooks.py`, and the doors at which nobody listens?"""
