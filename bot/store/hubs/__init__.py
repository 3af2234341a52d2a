"""Subscriptions to WebSub hubs on record."""
