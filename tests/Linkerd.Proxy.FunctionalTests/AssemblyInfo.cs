// Each scenario has a mesh of its own; much of its time is waiting, so two share the machine.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
