"""The pages for owners: rendered here, complete without JavaScript, each as JSON as well."""
