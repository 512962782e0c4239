"""What is sent out in a round of reporting: letters, messages and slips to agencies, a notice and slides for those who order."""
