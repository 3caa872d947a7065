"""What a page and a document hold besides text: form fields, notes, attached files."""
