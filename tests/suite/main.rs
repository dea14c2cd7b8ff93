//! One integration binary, a folder or file a feature.

mod smtp;
