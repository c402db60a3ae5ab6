//! The HTTP transport of Roo Code: a one-method trait and its reqwest implementation.
