// libvips keeps one error text for the whole process: calls that fail side by side could report each other's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
