//! A whole world in a test: the real component, the demo host and the
//! simulator, on a clock that the test moves.
