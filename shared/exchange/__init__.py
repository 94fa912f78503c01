"""Signed packages in an exchange folder, on a disk or an SFTP server, that agencies and notify share."""
