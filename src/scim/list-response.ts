/** What a list is answered in (RFC 7644 §3.4.2). */
export const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
