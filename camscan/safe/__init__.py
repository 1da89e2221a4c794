"""The doors for hostile input: text, XML, patterns, secrets, redaction."""
