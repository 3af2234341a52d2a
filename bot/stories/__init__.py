"""What a report is compared by: its words, its meaning, whom it credits; and the index that finds its like."""
