"""Live records as a sheet that plans to no changes: the way of a sheet through the house, backwards."""
