"""Reserved: HTML, annotations and the release sheet. JUnit itself is pytest's."""
