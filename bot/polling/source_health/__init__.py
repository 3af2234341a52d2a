"""Whether sources and our own network are well: outages, signs of silent loss, and what owners are told of them."""
