//! Sessions to a relay, enhanced status codes, and the embedded inbox server.
//! Says what the relay answered; what follows from it is `delivery`'s business.
