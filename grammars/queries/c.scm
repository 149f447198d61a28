(function_definition) @definition.function
(struct_specifier) @definition.class
(union_specifier) @definition.class
(enum_specifier) @definition.enum
(type_definition) @definition.type
(preproc_function_def) @definition.function
(preproc_def) @definition.variable
(init_declarator) @definition.variable
(preproc_include) @import

;;; index only
(declaration) @definition.variable
(field_declaration) @definition.property
(enumerator) @definition.property
(preproc_def) @definition.field
(function_definition) @local.scope
(identifier) @reference.use
(type_identifier) @reference.type
(field_identifier) @reference.member
(call_expression function: (identifier) @reference.method)
(call_expression function: (field_expression field: (field_identifier) @reference.method))
(field_designator (field_identifier) @reference.member)
(statement_identifier) @ignore
(preproc_params (identifier) @local.definition)
(parameter_declaration declarator: (identifier) @local.definition)
(init_declarator declarator: (identifier) @local.definition)
(declaration declarator: (identifier) @local.definition)
(pointer_declarator declarator: (identifier) @local.definition)
(array_declarator declarator: (identifier) @local.definition)
(parenthesized_declarator (identifier) @local.definition)
(function_declarator declarator: (identifier) @ignore)
(preproc_include path: (_) @module @import.all)
