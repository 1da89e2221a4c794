"""Conversations with what answered, sans-IO: the bytes to send, when an answer is complete, what it means."""
