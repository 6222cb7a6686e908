// Each scenario has a mesh of its own; two cores serve one mesh at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
