"""The words of the program as types; everything else imports from here.

What people write is a frozen pydantic model (one definition is object, validation and JSON Schema); what the program makes
is a frozen slotted dataclass.
"""
