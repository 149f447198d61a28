(create_table [(keyword_table) (keyword_exists)] . (object_reference) @name) @definition.class
(create_view [(keyword_view) (keyword_exists)] . (object_reference) @name) @definition.class
(create_materialized_view [(keyword_view) (keyword_exists)] . (object_reference) @name) @definition.class
(create_function (keyword_function) . (object_reference) @name) @definition.function
(create_trigger (keyword_trigger) . (object_reference) @name) @definition.function
(create_type (keyword_type) . (object_reference) @name) @definition.type
(create_sequence [(keyword_sequence) (keyword_exists)] . (object_reference) @name) @definition.variable
(create_index column: (identifier) @name) @definition.variable

;;; index only
(ERROR) @definition.unread
(object_reference name: (identifier) @reference.use)
(invocation (object_reference name: (identifier) @reference.method))
(field (object_reference name: (identifier) @ignore))
(all_fields (object_reference name: (identifier) @ignore))
(create_trigger [(keyword_function) (keyword_procedure)] . (object_reference name: (identifier) @reference.method))
