(function_item) @definition.function
(function_signature_item) @definition.function
(struct_item) @definition.class
(union_item) @definition.class
(enum_item) @definition.enum
(trait_item) @definition.interface
(type_item) @definition.type
(mod_item) @definition.module
(macro_definition) @definition.function
(impl_item) @definition.scope
(const_item) @definition.variable
(static_item) @definition.variable
(use_declaration) @import

;;; index only
(field_declaration) @definition.property
(enum_variant) @definition.property
(associated_type) @definition.type
(mod_item !body name: (identifier) @module.inner) @import
(use_as_clause alias: (identifier) @import.alias)
(extern_crate_declaration name: (identifier) @module) @import
(function_item) @local.scope
(function_signature_item) @local.scope
(closure_expression) @local.scope
(match_arm) @local.scope
(for_expression) @local.scope

(identifier) @reference.use
(shorthand_field_identifier) @reference.use
(field_identifier) @reference.member
(type_identifier) @reference.type
(scoped_identifier name: (identifier) @reference.member)
(scoped_identifier path: (identifier) @reference.type)
(call_expression function: (identifier) @reference.method)
(call_expression function: (scoped_identifier name: (identifier) @reference.method))
(call_expression function: (field_expression field: (field_identifier) @reference.method))
(generic_function function: (identifier) @reference.method)
(generic_function function: (scoped_identifier name: (identifier) @reference.method))
(generic_function function: (field_expression field: (field_identifier) @reference.method))
(macro_invocation macro: (identifier) @reference.method)
(macro_invocation macro: (scoped_identifier name: (identifier) @reference.method))
(struct_expression name: (type_identifier) @reference.call)
(impl_item trait: (type_identifier) @reference.inherit)
(impl_item trait: (generic_type type: (type_identifier) @reference.inherit))
(impl_item trait: (scoped_type_identifier name: (type_identifier) @reference.inherit))
(trait_bounds (type_identifier) @reference.type)
(trait_item bounds: (trait_bounds (type_identifier) @reference.inherit))
(trait_item bounds: (trait_bounds (scoped_type_identifier name: (type_identifier) @reference.inherit)))
(shorthand_field_initializer (identifier) @reference.use)
(parameter pattern: (identifier) @local.definition)
(closure_parameters (identifier) @local.definition)
(let_declaration pattern: (identifier) @local.definition)
(let_condition pattern: (identifier) @local.definition)
(for_expression pattern: (identifier) @local.definition)
(tuple_pattern (identifier) @local.definition)
(mut_pattern (identifier) @local.definition)
(ref_pattern (identifier) @local.definition)
(reference_pattern (identifier) @local.definition)
(slice_pattern (identifier) @local.definition)
(captured_pattern . (identifier) @local.definition)
(field_pattern pattern: (identifier) @local.definition)
(field_pattern name: (shorthand_field_identifier) @local.definition)
(tuple_struct_pattern type: (identifier) @reference.type)
(type_parameter name: (type_identifier) @local.definition)
(const_parameter name: (identifier) @local.definition)
((tuple_struct_pattern "(" (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))
