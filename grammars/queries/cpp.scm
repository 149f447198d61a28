(function_definition declarator: [
  (function_declarator declarator: [
    (identifier) @name (field_identifier) @name (operator_name) @name (destructor_name) @name
    (qualified_identifier) @name])
  (_ (function_declarator declarator: [
    (identifier) @name (field_identifier) @name (operator_name) @name
    (qualified_identifier) @name]))
  (_ (_ (function_declarator declarator: [(identifier) @name (field_identifier) @name (qualified_identifier) @name])))]
  body: (_) @body) @definition.function
(class_specifier name: (_) @name body: (_) @body) @definition.class
(struct_specifier name: (_) @name body: (_) @body) @definition.class
(union_specifier name: (_) @name body: (_) @body) @definition.class
(enum_specifier name: (_) @name body: (_) @body) @definition.enum
(namespace_definition name: (_) @name body: (_) @body) @definition.module
(type_definition declarator: (type_identifier) @name) @definition.type
(alias_declaration name: (_) @name) @definition.type
(concept_definition name: (_) @name) @definition.type
(preproc_function_def name: (_) @name) @definition.function
(translation_unit (preproc_def name: (_) @name) @definition.variable)
(translation_unit (declaration declarator: (init_declarator declarator: [
  (identifier) @name
  (pointer_declarator declarator: (identifier) @name)
  (array_declarator declarator: (identifier) @name)])) @definition.variable)
(preproc_include path: (_) @import)
