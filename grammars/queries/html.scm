(element (start_tag (attribute (attribute_name) @_id [
  (quoted_attribute_value (attribute_value) @name) (attribute_value) @name])) (#eq? @_id "id")) @definition.module
(script_element (start_tag (attribute (attribute_name) @_src (quoted_attribute_value (attribute_value) @module)))
  (#eq? @_src "src")) @import

;;; index only
(_ (tag_name) @_tag (attribute (attribute_name) @_source (quoted_attribute_value (attribute_value) @module))
  (#any-of? @_tag "link" "img" "source") (#any-of? @_source "href" "src"))
