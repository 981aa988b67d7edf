"""The API of suppliers' software: the same deeds and the same faces as the screens, in JSON.

Version 1 lives under `/api/v1/`; what changes for its callers will be a version beside it.
"""
