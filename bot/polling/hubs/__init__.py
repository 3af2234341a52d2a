"""WebSub: hubs that send the news of feeds as it is published."""
