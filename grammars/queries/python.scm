(function_definition) @definition.function
(class_definition) @definition.class
(assignment) @definition.variable
(import_statement) @import
(import_from_statement) @import
