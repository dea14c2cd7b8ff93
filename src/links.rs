//! Signed tokens and the readers' URLs made of them. No page is served here.
