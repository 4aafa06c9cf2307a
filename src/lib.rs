//! rolecall: access control of CRM and contact-centre systems as code.
