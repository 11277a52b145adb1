"""The same figures from columns: what runs of millions of exchanges are measured with, in SQL."""
