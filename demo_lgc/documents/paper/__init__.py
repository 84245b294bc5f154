"""What people hold: documents as pages, with a letterhead, printed as PDF/A by a process of their own."""
