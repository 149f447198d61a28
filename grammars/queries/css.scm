(rule_set (selectors) @name (block) @body) @definition.class
(keyframes_statement (keyframes_name) @name) @definition.type
(import_statement) @import

;;; index only
((declaration (property_name) @name) @definition.property (#match? @name "^--"))
((call_expression (function_name) @_var (arguments . (plain_value) @reference.use)) (#eq? @_var "var"))
(import_statement (string_value) @module @import.all)
(import_statement (call_expression (arguments [(string_value) (plain_value)] @module @import.all)))
