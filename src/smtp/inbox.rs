//! The embedded SMTP server: takes mail on a loopback port and keeps it as .eml files, so that a
//! first run needs no relay and still goes through real SMTP.
