(function_declaration) @definition.function
(method_declaration) @definition.method
(type_spec) @definition.type
(type_alias) @definition.type
(var_spec) @definition.variable
(const_spec) @definition.variable
(import_spec) @import
