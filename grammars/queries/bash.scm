(function_definition) @definition.function
(variable_assignment) @definition.variable
((command name: (command_name) @_source) @import (#any-of? @_source "source" "."))

;;; index only
(variable_name) @reference.use
(command name: (command_name (word) @reference.call))
((command name: (command_name (word) @ignore) argument: (_) @module @import.all) (#any-of? @ignore "source" "."))
