(function_definition) @definition.function
(variable_assignment) @definition.variable
(command) @import
