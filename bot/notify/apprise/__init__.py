"""Mail, chats and push services, by the addresses and the plugins of Apprise."""
