(function_definition) @definition.function
(variable_assignment) @definition.variable
((command name: (command_name) @_source) @import (#any-of? @_source "source" "."))

;;; index only
(function_definition) @local.scope
(variable_name) @reference.use
(command name: (command_name (word) @reference.call))
((command name: (command_name (word) @ignore) argument: (_) @module @import.all) (#any-of? @ignore "source" "."))
(declaration_command "local" (variable_assignment name: (variable_name) @local.definition))
(declaration_command "local" (variable_name) @local.definition)
(for_statement variable: (variable_name) @local.definition)
