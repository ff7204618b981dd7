-- One comparison: digest, first_document.
-- $1 text: digest
SELECT digest, first_document
  FROM comparisons
 WHERE digest = $1;
