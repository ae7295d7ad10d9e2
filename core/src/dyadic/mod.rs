//! Statistics of task × task matrices, whose cells are not independent: every task stands in many of them.
