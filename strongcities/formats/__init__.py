"""Dates as the house writes them (30 September 2015, 14:00), wherever Django writes them: the admin, form fields, mails.

A module for each language of the house (FORMAT_MODULE_PATH); what one does not name stays Django's own. Without them English
reads "Sept. 30, 2015, 2 p.m.", and Arabic, which has no format of Django's for a date with a time, the same in that order.
"""
