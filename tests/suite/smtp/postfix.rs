//! Real Postfix.
