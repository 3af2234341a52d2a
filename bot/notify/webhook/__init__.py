"""Webhooks, signed by the convention of Standard Webhooks."""
