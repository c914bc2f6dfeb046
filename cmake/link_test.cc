// Linked with one whole library and its declared dependencies only: a symbol from an undeclared module fails here.
int main() { return 0; }
